def minimax_value(): pass
class Minimax: pass
