# The same two models in PyTorch: construct, then torch.onnx.export; prints one JSON object with seconds and peak memory.
import json, math, os, resource, sys, tempfile, time, warnings
warnings.filterwarnings("ignore")
started = time.perf_counter()
import torch
from torch import nn
imported = time.perf_counter()


class Bottleneck(nn.Module):
    def __init__(self, inputs, channels, stride, projects):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(inputs, channels, 1, bias=False), nn.BatchNorm2d(channels), nn.ReLU(),
            nn.Conv2d(channels, channels, 3, stride, 1, bias=False), nn.BatchNorm2d(channels), nn.ReLU(),
            nn.Conv2d(channels, 4 * channels, 1, bias=False), nn.BatchNorm2d(4 * channels))
        self.shortcut = nn.Sequential(nn.Conv2d(inputs, 4 * channels, 1, stride, bias=False), nn.BatchNorm2d(4 * channels)) if projects else None

    def forward(self, x):
        return torch.relu(self.body(x) + (self.shortcut(x) if self.shortcut else x))


def resnet50():
    def stage(inputs, channels, blocks, stride):
        return nn.Sequential(*[Bottleneck(inputs if i == 0 else 4 * channels, channels, stride if i == 0 else 1, i == 0) for i in range(blocks)])
    return nn.Sequential(
        nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1),
        stage(64, 64, 3, 1), stage(256, 128, 4, 2), stage(512, 256, 6, 2), stage(1024, 512, 3, 2),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2048, 1000)).eval()


class EncoderLayer(nn.Module):
    def __init__(self, width=768):
        super().__init__()
        self.query, self.key, self.value, self.projection = (nn.Linear(width, width) for _ in range(4))
        self.norm1, self.norm2 = nn.LayerNorm(width, eps=1e-12), nn.LayerNorm(width, eps=1e-12)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x, mask):
        split = lambda t: t.reshape(t.shape[0], t.shape[1], 12, 64).transpose(1, 2)
        scores = split(self.query(x)) @ split(self.key(x)).transpose(2, 3) / 8
        context = torch.softmax(scores + mask, -1) @ split(self.value(x))
        joined = context.transpose(1, 2).reshape(x.shape[0], x.shape[1], 768)
        x = self.norm1(x + self.projection(joined))
        return self.norm2(x + self.down(torch.nn.functional.gelu(self.up(x))))


class Bert(nn.Module):
    def __init__(self):
        super().__init__()
        self.word, self.position, self.kind = nn.Embedding(30522, 768), nn.Embedding(512, 768), nn.Embedding(2, 768)
        self.norm = nn.LayerNorm(768, eps=1e-12)
        self.layers = nn.ModuleList([EncoderLayer() for _ in range(12)])
        self.pooler = nn.Linear(768, 768)

    def forward(self, ids, types, mask):
        positions = torch.arange(ids.shape[1])
        bias = (1 - mask.float())[:, None, None, :] * -10000
        x = self.norm(self.word(ids) + self.kind(types) + self.position(positions))
        for layer in self.layers:
            x = layer(x, bias)
        return x, torch.tanh(self.pooler(x[:, 0]))


def run(name, dynamo, folder):
    begin = time.perf_counter()
    if name == "resnet50":
        net, args, inputs = resnet50(), (torch.zeros(2, 3, 224, 224),), ["x"]
        dynamic = ({0: torch.export.Dim("batch")},) if dynamo else {"x": {0: "batch"}}
    else:
        ids = torch.ones(2, 16, dtype=torch.int64)
        net, args, inputs = Bert().eval(), (ids, ids * 0, ids), ["ids", "types", "mask"]
        batch, seq = torch.export.Dim("batch"), torch.export.Dim("seq", max=512)
        dynamic = tuple({0: batch, 1: seq} for _ in inputs) if dynamo else {key: {0: "batch", 1: "seq"} for key in inputs}
    constructed = time.perf_counter()
    extra = {"dynamic_shapes": dynamic, "verbose": False} if dynamo else {"dynamic_axes": dynamic}
    torch.onnx.export(net, args, os.path.join(folder, "model.onnx"), input_names=inputs, dynamo=dynamo, **extra)
    end = time.perf_counter()
    return {"construct": constructed - begin, "export": end - constructed, "total": end - begin,
            "parameters": sum(p.numel() for p in net.parameters())}


if __name__ == "__main__":
    name, exporter = sys.argv[1], sys.argv[2]
    with tempfile.TemporaryDirectory() as folder:
        stdout = os.dup(1)
        os.dup2(2, 1)
        result = run(name, exporter == "dynamo", folder)
        sys.stdout.flush()
        os.dup2(stdout, 1)
    result |= {"import": imported - started, "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, "torch": torch.__version__}
    print(json.dumps(result))
