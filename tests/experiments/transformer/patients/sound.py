"""A model file as somebody else would write it, with nothing wrong; the tests plant one mistake at a time."""

import torch
from torch import nn
from torch.nn.functional import cross_entropy


class Tiny(nn.Module):
    def __init__(self, vocab_size, block_size):
        super().__init__()
        self.tokens = nn.Embedding(vocab_size, 32)
        self.places = nn.Embedding(block_size, 32)
        self.dropout = nn.Dropout(0.0)
        layer = nn.TransformerEncoderLayer(32, 2, 64, dropout=0.0, batch_first=True, norm_first=True)
        self.body = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.head = nn.Linear(32, vocab_size)

    def forward(self, ids):
        length = ids.shape[1]
        x = self.dropout(self.tokens(ids) + self.places.weight[:length])
        mask = nn.Transformer.generate_square_subsequent_mask(length)
        return self.head(self.body(x, mask=mask, is_causal=True))


def build(vocab_size, block_size, generator):
    torch.manual_seed(generator.initial_seed())
    return Tiny(vocab_size, block_size)


def loss(model, ids, targets):
    logits = model(ids)
    return cross_entropy(logits.flatten(0, 1), targets.flatten())


def batch(rows, step):
    picked = rows[:8]
    return picked[:, :-1], picked[:, 1:]


def optimizer(model):
    return torch.optim.Adam(model.parameters(), lr=0.005)


def evaluate(model, ids, targets):
    model.eval()
    with torch.no_grad():
        return loss(model, ids, targets).item()
