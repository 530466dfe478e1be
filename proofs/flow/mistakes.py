"""How people get flows wrong."""
