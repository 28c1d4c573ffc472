"""The library: arrays in, arrays out. It draws nothing and prints nothing."""
