"""What melodies are like, in numbers: the paper's Table 1 and figures of health, with confidence intervals."""
