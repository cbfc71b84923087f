"""What should follow: policies, events, cases, and the two pure functions over them."""
