"""Times ResNet-50, BERT-base and GPT-2 in PyTorch, float32, with TF32 and without: python3 bench_torch.py [cuda|cpu] [FILE].

Plain torch only; layers and sizes are those of examples/zoo. Writes JSON after each size, to FILE or else to the output at the end; a size
that fails is told there. Exit code 3 without torch or the device, 1 where a size failed.
"""
import json
import os
import sys
import time

try:
    import torch
    from torch import nn
    from torch.nn import functional as F
except ImportError:
    sys.exit(3)


class Bottleneck(nn.Module):
    def __init__(self, inside, width, stride, projects):
        super().__init__()

        def conv(a, b, k, s=1):
            return [nn.Conv2d(a, b, k, s, k // 2, bias=False), nn.BatchNorm2d(b)]

        out = 4 * width
        self.body = nn.Sequential(*conv(inside, width, 1), nn.ReLU(), *conv(width, width, 3, stride), nn.ReLU(), *conv(width, out, 1))
        self.shortcut = nn.Sequential(*conv(inside, out, 1, stride)) if projects else nn.Identity()

    def forward(self, x):
        return F.relu(self.body(x) + self.shortcut(x))


def resnet50():
    layers = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    inside = 64
    for width, depth, stride in ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)):
        for i in range(depth):
            layers.append(Bottleneck(inside, width, stride if i == 0 else 1, i == 0))
            inside = 4 * width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2048, 1000))


class Layer(nn.Module):
    def __init__(self, width, heads, causal, eps, tanh):
        super().__init__()
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        self.norm1, self.norm2 = nn.LayerNorm(width, eps), nn.LayerNorm(width, eps)
        self.heads, self.causal, self.tanh = heads, causal, tanh

    def attend(self, x, mask):
        n, s, d = x.shape
        q, k, v = (t.reshape(n, s, self.heads, -1).transpose(1, 2) for t in self.qkv(x).chunk(3, -1))
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=self.causal)
        return self.out(y.transpose(1, 2).reshape(n, s, d))

    def mix(self, x):
        return self.down(F.gelu(self.up(x), approximate="tanh" if self.tanh else "none"))

    def forward(self, x, mask=None):
        if self.causal:
            x = x + self.attend(self.norm1(x), None)
            return x + self.mix(self.norm2(x))
        x = self.norm1(x + self.attend(x, mask))
        return self.norm2(x + self.mix(x))


class Text(nn.Module):
    def __init__(self, vocabulary, positions, causal):
        super().__init__()
        eps = 1e-5 if causal else 1e-12
        self.words, self.places = nn.Embedding(vocabulary, 768), nn.Embedding(positions, 768)
        self.kinds = None if causal else nn.Embedding(2, 768)
        self.layers = nn.ModuleList(Layer(768, 12, causal, eps, causal) for _ in range(12))
        self.norm = nn.LayerNorm(768, eps)
        self.pooler = None if causal else nn.Linear(768, 768)

    def forward(self, ids, mask=None, kinds=None):
        x = self.words(ids) + self.places(torch.arange(ids.shape[1], device=ids.device))
        if self.kinds is None:
            for layer in self.layers:
                x = layer(x)
            return self.norm(x) @ self.words.weight.T
        x = self.norm(x + self.kinds(kinds))
        seen = mask.bool()[:, None, None, :]
        for layer in self.layers:
            x = layer(x, seen)
        return x, torch.tanh(self.pooler(x[:, 0]))


def texts(batch):
    ones = torch.ones(batch, 128, dtype=torch.int64)
    return [torch.randint(0, 30000, (batch, 128)), ones, torch.zeros_like(ones)]


MODELS = {
    "resnet50": (resnet50, lambda n: [torch.randn(n, 3, 224, 224)], (1, 8, 32)),
    "bert": (lambda: Text(30522, 512, False), texts, (1, 8, 32)),
    "gpt2": (lambda: Text(50257, 1024, True), lambda n: texts(n)[:1], (1, 8)),
}


def measure(net, feeds, device, seconds):
    """Milliseconds of each run. Feeds go to the device and results come back, as Node does it."""

    def once():
        out = net(*[feed.to(device) for feed in feeds])
        return [each.cpu() for each in (out if isinstance(out, tuple) else (out,))]

    for _ in range(5 if device == "cuda" else 1):
        once()
    times, end = [], time.perf_counter() + seconds
    while len(times) < 3 or time.perf_counter() < end:
        start = time.perf_counter()
        once()
        times.append((time.perf_counter() - start) * 1000)
    times.sort()
    return {"runs": len(times), "p50": times[len(times) // 2], "p95": times[int(len(times) * 0.95)], "min": times[0]}


def one(given, net, device):
    """One size; what it used of the card, or why it failed: others have their numbers all the same."""
    if device == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()
    try:
        with torch.inference_mode():
            found = measure(net, given, device, 5 if device == "cuda" else 0.5)
    except RuntimeError as error:
        return {"error": str(error).splitlines()[0][:300] if str(error) else "no reason is told"}
    return {**found, "memory": torch.cuda.max_memory_allocated()} if device == "cuda" else found


def main():
    device = sys.argv[1] if len(sys.argv) > 1 else "cuda"
    file = sys.argv[2] if len(sys.argv) > 2 else None
    if device == "cuda" and not torch.cuda.is_available():
        sys.exit(3)
    # As ONNX Runtime does by default: all algorithms of a convolution are tried once.
    torch.backends.cudnn.benchmark = True
    card = torch.cuda.get_device_name() if device == "cuda" else "cpu"
    told = {"torch": torch.__version__, "cuda": torch.version.cuda, "cudnn": torch.backends.cudnn.version(), "device": card, "results": []}
    for name, (make, feeds, batches) in MODELS.items():
        net = make().eval().to(device)
        count = sum(p.numel() for p in net.parameters())
        for tf32 in (True, False) if device == "cuda" else (False,):
            torch.backends.cuda.matmul.allow_tf32 = tf32
            torch.backends.cudnn.allow_tf32 = tf32
            for batch in batches if device == "cuda" else (1,):
                given = feeds(batch)
                size = {"batch": batch, "shape": list(given[0].shape)}
                told["results"].append({"model": name, "parameters": count, **size, "tf32": tf32, **one(given, net, device)})
                if file:
                    with open(file + ".new", "w") as out:
                        json.dump(told, out)
                    os.replace(file + ".new", file)
        del net
    if not file:
        print(json.dumps(told))
    sys.exit(1 if any("error" in each for each in told["results"]) else 0)


main()
