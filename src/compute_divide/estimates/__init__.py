"""Tables to estimates: pure functions over data frames, no input or output, no charts."""
