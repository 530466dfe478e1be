"""How far results are from the exact ones, in units in the last place, with proof.

exact     Python numbers that know their exact value, and what stands for kernels that approximate
enclose   a function on balls, with precision doubled until every enclosure is narrow
ulps      errors in ulps, and everything that has none: NaN, infinities, overflow, tiny values
measure   one function in one setting
plan      which functions in which settings, in processes
report    JSON and Markdown
"""
