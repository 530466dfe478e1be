"""What proofs are written in."""
