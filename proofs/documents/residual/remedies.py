"""How norms and growth keep the digits that their textbook forms lose."""

REMEDIES = {
    "residual.layer_norm": "subtract the row's first entry before the mean and scale by the largest that is "
    "left before squaring: d = x − x₀, d −= mean d, s = max|d|, y = (d/s)/√(mean (d/s)² + eps/s²)",
    "residual.deep_norm": "as layer_norm: subtract the row's first entry before the mean, and scale by the "
    "largest that is left before squaring",
    "residual.rms_norm": "divide by the largest entry before squaring: s = max|x|, y = (x/s)/√(mean (x/s)² + "
    "eps/s²), or square in a wider format",
    "residual.qk_norm_scores": "as rms_norm: divide by the largest entry of a row before squaring",
    "residual.growth": "(1+ε)^N = exp(N log1p(ε)) and (1+ε²)^{N/2} = exp(½N log1p(ε²)), so that ε is not "
    "rounded beside 1",
}
