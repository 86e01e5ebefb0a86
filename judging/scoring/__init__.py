"""From ballots to a ranking that can be explained: plain arrays in, plain values out, no Django."""
