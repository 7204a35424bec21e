"""What a story is and what one may do with it: pure values and rules, no I/O, no clock."""
