"""The commands, one file each: options in, packages called, results printed. Imported only when used."""
