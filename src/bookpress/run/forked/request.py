"""The request that a cell answers, for the fork that runs it and the reader of its outputs."""

PARENT = {"header": {"msg_id": "cell", "msg_type": "execute_request"}}
"""Output widgets use it to tell which outputs are theirs."""
