"""Pure decisions of the house: facts in, changes out; no I/O, no clock."""
