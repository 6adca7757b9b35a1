"""The masks of MaskSpeed in PyTorch: FlexAttention with a block mask, compiled, and
scaled_dot_product_attention with a boolean mask, forward on one thread; a JSON line a case.

python bench/flex_peer.py [positions] [seconds a case] [part of a name]
"""

import json
import statistics
import sys
import time

import torch
from torch.nn.attention.flex_attention import create_block_mask, flex_attention
from torch.nn.functional import scaled_dot_product_attention

HEADS, WIDTH = 8, 64

MASKS = {
    "causal": lambda b, h, i, j: j <= i,
    "causal & window(256)": lambda b, h, i, j: (j <= i) & (i - j < 256),
    "chunk(256)": lambda b, h, i, j: i // 256 == j // 256,
    "chunk(64) | previous(64)": lambda b, h, i, j: (i // 64 - j // 64 >= 0) & (i // 64 - j // 64 < 2),
    "global(16) | window(128)": lambda b, h, i, j: (i < 16) | (j < 16) | ((i - j).abs() < 128),
    "grid(64, 7)": lambda b, h, i, j: ((i // 64 - j // 64).abs() <= 7) & ((i % 64 - j % 64).abs() <= 7),
    "causal & document": lambda b, h, i, j: (j <= i) & (i // 500 == j // 500),
    "given": lambda b, h, i, j: (i // 64 * 5 + j // 64) % 8 == 0,
    "causal & dilated(4)": lambda b, h, i, j: (j <= i) & ((i - j) % 4 == 0),
}


def median(work, seconds):
    work()
    times = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 5:
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main():
    length = int(sys.argv[1]) if len(sys.argv) > 1 else 4096
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 1.0
    only = sys.argv[3] if len(sys.argv) > 3 else ""
    torch.set_num_threads(1)
    torch.manual_seed(1)
    q, k, v = (torch.randn(1, HEADS, length, WIDTH) for _ in range(3))
    flex = torch.compile(flex_attention)
    with torch.no_grad():
        for name, mask in MASKS.items():
            if only not in name:
                continue
            blocks = create_block_mask(mask, None, None, length, length, device="cpu")
            i, j = torch.arange(length)[:, None], torch.arange(length)[None, :]
            dense = mask(0, 0, i, j)
            line = {"case": name, "visible": round(dense.float().mean().item(), 4)}
            line["sdpa_ms"] = 1e3 * median(
                lambda: scaled_dot_product_attention(q, k, v, attn_mask=dense), seconds)
            try:
                line["flex_ms"] = 1e3 * median(lambda: flex(q, k, v, block_mask=blocks), seconds)
            except Exception as e:  # no compiler, or a mask that it cannot compile
                line["flex"] = str(e).splitlines()[0][:100]
            print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
