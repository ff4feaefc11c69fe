"""What officers do at intake: look through what became no complaint, and write down what was said to them."""
