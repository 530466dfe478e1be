"""The proofs of every document of refimpl."""
