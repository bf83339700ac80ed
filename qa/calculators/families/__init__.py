"""One YAML (the rules as data) and one module (how they are worked out) per policy family."""
