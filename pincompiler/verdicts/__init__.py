"""What is concluded from facts, policies and chains: pure functions over records."""
