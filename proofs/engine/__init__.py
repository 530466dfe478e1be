"""What runs laws, whatever they are about."""
