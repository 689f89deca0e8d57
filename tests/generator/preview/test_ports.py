from __future__ import annotations

import socket

import pytest

from generator.preview.ports import CannotListen, Listening, listen


def close(listening: Listening) -> None:
    for one in listening.sockets:
        one.close()


def test_both_loopback_addresses_share_a_port():
    listening = listen("127.0.0.1", 0)

    assert {one.getsockname()[1] for one in listening.sockets} == {listening.port}
    assert set(listening.addresses) <= {"127.0.0.1", "::1"}
    assert not listening.is_exposed
    close(listening)


def test_a_taken_port_leads_to_the_next_free_one():
    first = listen("localhost", 0)
    second = listen("localhost", first.port)

    assert first.port < second.port < first.port + 100
    close(first)
    close(second)


def test_a_port_that_is_taken_on_one_of_the_addresses_is_taken():
    last = listen("localhost", 0)
    address = last.addresses[-1]  # ::1, where the machine has IPv6
    close(last)
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as other:
        other.bind((address, 0))
        other.listen()
        taken = other.getsockname()[1]
        listening = listen("127.0.0.1", taken)

        assert listening.port != taken
        close(listening)


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_any_address_is_exposed(host: str):
    listening = listen(host, 0)

    assert (listening.is_exposed, listening.addresses) == (True, (host,))
    close(listening)


@pytest.mark.parametrize("host", ["nowhere.invalid", "not a host", "1.2.3.4.5"])
def test_a_host_that_is_not_found_is_named(host: str):
    with pytest.raises(CannotListen) as caught:
        listen(host, 0)

    assert str(caught.value) == f"`{host}` is no address of this machine"


def test_an_address_of_another_machine_is_named():
    with pytest.raises(CannotListen) as caught:
        listen("192.0.2.1", 0)

    assert str(caught.value) == "cannot listen on `192.0.2.1`: cannot assign requested address"
