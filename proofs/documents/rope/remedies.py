"""How frequencies and encodings keep the digits that their textbook forms lose."""

REMEDIES = {
    "rope.frequencies": "make the table in float64, base ** (−2m/d) in one power, and round it once",
    "rope.angles": "multiply in float64 and round once: positions above 2^24 are no float32 numbers",
    "rope.sinusoidal": "make frequencies and angles in float64 and round cosines and sines once",
    "rope.rotate": "take cosines and sines of float64 (or float32) angles before rounding to the dtype of x",
}
