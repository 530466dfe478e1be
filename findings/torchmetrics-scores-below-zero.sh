#!/bin/sh
# torchmetrics' retrieval_recall and retrieval_reciprocal_rank: a document with a score of 0 or less counts as not
# retrieved, so that cosines and logits give other numbers than the same ranking with positive scores.
# Exits with 1 when that changes.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "torchmetrics==1.9.0" "torch==2.13.0"
"$folder/venv/bin/python" - <<'PYTHON'
import sys

import torch
import torchmetrics
from torchmetrics.functional.retrieval import retrieval_recall, retrieval_reciprocal_rank

print("torchmetrics", torchmetrics.__version__, "torch", torch.__version__)
cosines, relevant = torch.tensor([-0.1, -0.5, -0.9]), torch.tensor([True, False, True])
seen = []
for scores in (cosines, cosines + 1):
    recall, rank = retrieval_recall(scores, relevant, 2), retrieval_reciprocal_rank(scores, relevant, 2)
    seen.append((float(recall), float(rank)))
    print(f"scores {scores.tolist()}: recall@2 {recall:.2f}, reciprocal rank {rank:.2f}")
print("guessed: both depend on the order of the scores alone, and are 0.5 and 1")
sys.exit(0 if seen == [(0.0, 0.0), (0.5, 1.0)] else 1)
PYTHON
