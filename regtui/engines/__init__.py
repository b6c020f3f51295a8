"""What each engine asks, in which order, and when it stops: pure rules, driven by whoever can ask."""
