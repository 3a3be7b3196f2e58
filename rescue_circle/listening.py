"""Opens the port before anything else is begun: one that cannot be had ends the start with the setting's name."""

import errno
import socket

from rescue_circle.settings_loading import BadSettings


def open_sockets(host: str, port: int) -> list[socket.socket]:
    """One for each address that the host's name has on this machine; they do not listen yet.

    Raises:
        BadSettings: names RESCUE_HOST or RESCUE_PORT.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise BadSettings(
            f"RESCUE_HOST: {host!r} is no address of this machine, such as 127.0.0.1 or 0.0.0.0"
        ) from error
    opened: list[socket.socket] = []
    try:
        for family, _, _, _, address in dict.fromkeys(found):
            opened.append(_bound(family, address))
    except OSError as error:
        for one in opened:
            one.close()
        raise BadSettings(_told(error, host, port)) from error
    return opened


def _bound(family: int, address: object) -> socket.socket:
    # Named, since asyncio has small answers wait for the other side (Nagle) on every connection of a socket without it.
    one = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        # A port whose last connections are still fading away is free.
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        one.bind(address)  # type: ignore[arg-type]  # as getaddrinfo has it
    except BaseException:
        one.close()
        raise
    return one


def _told(error: OSError, host: str, port: int) -> str:
    match error.errno:
        case errno.EADDRINUSE:
            return f"RESCUE_PORT: port {port} of {host} is in use, perhaps by another service: end it, or name another"
        case errno.EACCES:
            return f"RESCUE_PORT: port {port} is for administrators: name one above 1023, and let a proxy have this one"
        case _:
            return f"RESCUE_HOST: {host} cannot be listened on ({error.strerror}): name an address of this machine"
