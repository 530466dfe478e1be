"""Implementations of rope.rotation_matrix that misbehave; each is right where it lets itself be."""

import contextlib
import ctypes
import mmap
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np

_CALLS = []


def right(angles):
    cos, sin = np.cos(angles), np.sin(angles)
    return np.stack([np.stack([cos, -sin], axis=-1), np.stack([sin, cos], axis=-1)], axis=-2)


def hangs(angles):
    while True:
        time.sleep(0.01)


def spins_without_python(angles):
    pow(3, 10**9)
    return right(angles)


def segfaults(angles):
    ctypes.string_at(0)


def aborts(angles):
    os.abort()


def exits(angles):
    os._exit(0)


def exits_politely(angles):
    sys.exit(0)


def interrupts(angles):
    raise KeyboardInterrupt


def dies_of_a_nameless_signal(angles):
    os.kill(os.getpid(), 40)


def kills_its_parent(angles):
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(600)


def leaves_a_daemon_and_dies(angles):
    subprocess.Popen(["sleep", "600"], start_new_session=True)
    os.abort()


def works_on(angles):
    while True:
        angles = angles + 1.0


def waits_for_another(angles):
    subprocess.run(["sleep", "600"], check=False)


def kills_its_group(angles):
    os.killpg(0, signal.SIGKILL)


def fork_bomb(angles):
    while True:
        os.fork()


def leaves_daemons(angles):
    if len(_CALLS) < 3:
        _CALLS.append(
            subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
        )
    return right(angles)


def threads_forever(angles):
    if not _CALLS:
        _CALLS.append(threading.Thread(target=lambda: [time.sleep(0.05) for _ in range(10**9)]))
        _CALLS[0].start()
    return right(angles)


def allocates(angles):
    return right(angles) + np.zeros(10 * 2**27)[:1]  # 10 GiB


def maps_memory(angles):
    mmap.mmap(-1, 10 * 2**30)
    return right(angles)


def recurses(angles):
    return recurses(angles)


def shouts(angles):
    print("held " * 10000)
    sys.stderr.write("\x1b[2J refuted\n" * 10000)
    os.write(1, b"\x00\xff" * 10000)
    return right(angles)


def reads_input(angles):
    sys.stdin.read()
    return right(angles)


def closes_descriptors(angles):
    os.closerange(0, 1000)
    return right(angles)


def writes_to_descriptors(angles):
    for descriptor in range(3, 50):
        with contextlib.suppress(OSError):
            os.write(descriptor, b"\x00" * 100)
    return right(angles)


def changes_its_input(angles):
    angles *= 1.0000001
    return right(angles)


def remembers(angles):
    _CALLS.append(angles.shape)
    return right(angles) * (1 if len(_CALLS) < 10 else 1.01)


def wrong_type(angles):
    return right(angles).tolist()


def wrong_shape(angles):
    return right(angles)[..., None]


def wrong_dtype(angles):
    return right(angles).astype(np.float32)


def not_a_number(angles):
    return right(angles) * np.nan


def no_result(angles):
    right(angles)


class _Liar:
    """Claims to be equal to everything."""

    shape, dtype, ndim, size = (2, 2), np.dtype("float64"), 2, 4

    def __array__(self, *_, **__):
        return np.zeros((2, 2))

    def __eq__(self, other):
        return True

    def __hash__(self):
        return 0


def lies(angles):
    return _Liar()


def wrong_everything(angles):
    print("all laws held")
    angles[...] = 0
    return "held"
