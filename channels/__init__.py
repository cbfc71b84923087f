"""Every door to the outside: one module or package a door; none knows another."""
