"""Files of a case: which kinds are taken, how they come in, how they are drawn, and what pages tell of them."""
