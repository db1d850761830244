"""What moto answers, and what is answered in its place: the one room that knows moto."""
