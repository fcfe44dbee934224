from contextlib import AbstractContextManager

class ThreadpoolController:
    def limit(self, *, limits: int | None = None, user_api: str | None = None) -> AbstractContextManager[object]: ...
