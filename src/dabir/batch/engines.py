"""Where calls are run: in this machine's processes, or on a Ray cluster. The only module that knows Ray."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from dabir.errors import InputError
from dabir.parallel import DIED, pool_of

A = TypeVar("A")
B = TypeVar("B")
Split = Callable[[A], Iterable[A]]
AHEAD = 3  # calls a process that are handed out at once: none waits for work, and little is held
RETRIES = 3


class Machine:
    """The processes of this machine."""

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs

    def run(self, call: Callable[[A], B], arguments: Iterable[A], split: Split[A] | None = None) -> Iterator[B]:
        """The results of the calls, as they come. Raises InputError where a process dies; what was written is kept."""
        del split
        if self._jobs <= 1:
            yield from map(call, arguments)
            return
        waiting: deque[Future[B]] = deque()
        try:
            with pool_of(self._jobs) as pool:
                for argument in arguments:
                    waiting.append(pool.submit(call, argument))
                    if len(waiting) >= AHEAD * self._jobs:
                        yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
        except BrokenProcessPool:
            raise InputError(f"{DIED}; the same command goes on where it was") from None


class Cluster:
    """A Ray cluster, by its address: `auto` for the one that this machine belongs to, HOST:PORT, or ray://HOST:PORT."""

    def __init__(self, address: str) -> None:
        try:
            import ray
        except ImportError:
            raise InputError("--address needs Ray: pip install 'dabir[cluster]'") from None
        try:
            ray.init(address=address, log_to_driver=False, logging_level="error")
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise InputError(f"no cluster there ({' '.join(str(error).split())[:200]})", address) from None
        self._ray: Any = ray

    def run(self, call: Callable[[A], B], arguments: Iterable[A], split: Split[A] | None = None) -> Iterator[B]:
        """The results of the calls, as they come, each once. A call whose worker or node dies is made again elsewhere; where
        that happens RETRIES times more, the parts that `split` gives are called in its stead (without it: InputError)."""
        ray = self._ray
        task = ray.remote(max_retries=RETRIES, num_cpus=1)(lambda argument: call(argument))
        source, todo = iter(arguments), deque[A]()
        running: dict[Any, A] = {}
        while True:
            while len(running) < AHEAD * max(1, int(ray.cluster_resources().get("CPU", 1))):
                argument = todo.popleft() if todo else next(source, None)
                if argument is None:
                    break
                running[task.remote(argument)] = argument
            if not running:
                return
            for done in ray.wait(list(running), num_returns=1)[0]:
                argument = running.pop(done)
                try:
                    yield ray.get(done)
                except ray.exceptions.RayTaskError as error:
                    raise error.cause from None
                except ray.exceptions.RayError as error:
                    if split is None:
                        raise InputError(f"the cluster lost a call again and again ({type(error).__name__})") from None
                    todo.extend(split(argument))

    def close(self) -> None:
        """Leave the cluster."""
        self._ray.shutdown()
