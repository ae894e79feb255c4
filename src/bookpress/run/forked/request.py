"""The request that a cell answers, for the fork that runs it and for who takes its outputs."""

PARENT = {"header": {"msg_id": "cell", "msg_type": "execute_request"}}
"""By it an output widget knows what it takes."""
