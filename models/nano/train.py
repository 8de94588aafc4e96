#!/usr/bin/env python3
"""Trains the built-in model on one GPU: `jibun train nano` in large batches, with teachers. PyTorch 2.6 or newer; nothing else needs this script.

    jibun train nano --data DATA --folder F --large --corpus-only       # writes the corpus to F
    python3 models/nano/train.py F --minutes 9                          # leaves finished runs in F/ternary and F/float
    jibun train nano --data DATA --folder F --large --out nano.gguf     # exports and calibrates; with --float the twin

Wide float networks with dropout are trained first. The ternary model and its float twin then learn side by side, on the same
batches, from the corpus and from what the teachers think of it. The network, its quantizers and the layout of the parameters are
those of src/Jibun.Training, so that the checkpoints are interchangeable.
"""
import argparse, concurrent.futures, contextlib, dataclasses, json, math, pathlib, struct, time
import numpy as np
import torch
import torch.nn.functional as F

ROW = 128  # tokens of a packed row
SAMPLE = np.dtype([("start", "<u4"), ("prompt", "<u2"), ("length", "<u2"), ("task", "<u2"), ("reserved", "<u2"), ("weight", "<f4")])
PADDING, PROMPT, ANSWER = 0, 1, 2  # what a position is to predict
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
compiled = torch.compile(dynamic=False) if device.type == "cuda" else lambda function: function
torch.backends.cuda.matmul.allow_tf32 = True
if device.type == "cuda": torch._dynamo.config.recompile_limit, torch._dynamo.config.specialize_float = 32, True


@dataclasses.dataclass(frozen=True)
class Shape:
    vocabulary: int
    width: int = 256
    layers: int = 6
    heads: int = 4
    feed_forward: int = 512
    context: int = 512
    ternary: bool = True
    dropout: float = 0.0

    def parameters(self):
        """Name, rows (0 for a gain) and columns, in the order of ParameterSet.cs."""
        w, f = self.width, self.feed_forward
        yield "token_embd", self.vocabulary, w
        yield "output_norm", 0, w
        for i in range(self.layers):
            for name, rows, columns in [
                ("attn_norm", 0, w), ("attn_q", w, w), ("attn_k", w, w), ("attn_v", w, w), ("attn_sub_norm", 0, w), ("attn_output", w, w),
                ("ffn_norm", 0, w), ("ffn_gate", f, w), ("ffn_up", f, w), ("ffn_sub_norm", 0, f), ("ffn_down", w, f)]:
                yield f"blk.{i}.{name}", rows, columns


# --- corpus ---------------------------------------------------------------------------------------------------------------------

def spans(lengths):
    """For runs of these lengths, one after another: the run and the place in it of each element."""
    run = torch.repeat_interleave(lengths)
    return run, torch.arange(len(run), device=device) - (lengths.cumsum(0) - lengths)[run]


class Corpus:
    """Shards of TrainingSet.cs on the device; samples longer than a row are left to the CPU trainer."""

    def __init__(self, folder):
        config = json.loads((folder / "config.json").read_text())
        self.vocabulary, self.tasks = config["vocabulary_size"], config["tasks"]
        self.tokens = torch.from_numpy(np.fromfile(folder / "tokens.bin", "<u2").astype(np.int64)).to(device)
        samples = np.fromfile(folder / "samples.bin", SAMPLE)
        self.samples = samples = samples[samples["length"] <= ROW + 1]
        self.start, self.prompt, self.length, self.task = (
            torch.from_numpy(samples[name].astype(np.int64)).to(device) for name in ("start", "prompt", "length", "task"))
        self.heads = self.tokens[self.start + self.prompt - 1].unique().int()  # the tokens that name a task
        # A prompt token may be blanked unless it opens or ends the prompt or stands in the answer too.
        owner, place = spans(self.length)
        source, prompt = self.start[owner] + place, self.prompt[owner]
        key = owner * self.vocabulary + self.tokens[source]
        self.droppable = torch.zeros_like(self.tokens, dtype=torch.bool)
        self.droppable[source] = (place > 0) & (place < prompt - 1) & ~torch.isin(key, key[place >= prompt])

    def draw(self, random):
        """Sample indices of an epoch: each as often as its weight says."""
        weight = self.samples["weight"]
        times = weight.astype(np.int64) + (random.random(len(weight)) < weight % 1)
        return random.permutation(np.repeat(np.arange(len(weight)), times))

    def pack(self, order):
        """The samples, in order, and the place of each one's first input in rows of ROW tokens."""
        places, row, at = [], 0, 0
        for length in (self.samples["length"][order].astype(np.int64) - 1).tolist():
            if at + length > ROW: row, at = row + ROW, 0
            places.append(row + at)
            at += length
        return order, np.array(places)

    def rows(self, order, places, multiple):
        """Tensors [rows, ROW]; the number of rows is a multiple of the one given."""
        count = -(-(int(places[-1]) + ROW) // (ROW * multiple)) * multiple
        order = torch.from_numpy(order).to(device)
        owner, offset = spans(self.length[order] - 1)
        sample, target = order[owner], torch.from_numpy(places).to(device)[owner] + offset
        source = self.start[sample] + offset

        def spread(values, blank=0):
            result = torch.full((count * ROW,), blank, dtype=torch.int32, device=device)
            result[target] = values.int()
            return result.view(count, ROW)

        return {
            "token": spread(self.tokens[source]), "next": spread(self.tokens[source + 1]), "position": spread(offset),
            "sample": spread(owner, -1), "droppable": spread(self.droppable[source]),
            "kind": spread(torch.where(offset + 1 >= self.prompt[sample], ANSWER, PROMPT)),
        }

    def batches(self, rows, seed):
        """Batches of so many rows, without end; the next epoch is packed while one is used."""
        random = np.random.default_rng(seed)
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            following = pool.submit(lambda: self.pack(self.draw(random)))
            while True:
                epoch = self.rows(*following.result(), rows)
                following = pool.submit(lambda: self.pack(self.draw(random)))
                for first in torch.randperm(len(epoch["token"]) // rows).tolist():
                    yield {name: values[first * rows:(first + 1) * rows] for name, values in epoch.items()}


# --- network: Network/*.cs ------------------------------------------------------------------------------------------------------

def through(exact, rounded):
    """Forward the rounded value, backward as if it were exact."""
    return exact + (rounded - exact).detach()


def q8_0(x):
    """Q8_0 there and back, per 32 values."""
    blocks = x.unflatten(-1, (-1, 32))
    scale = blocks.detach().abs().amax(-1, keepdim=True) / 127
    codes = torch.round(blocks.detach() / scale.clamp_min(1e-30))
    return through(x, (codes * scale.half().float()).flatten(-2))


def product(x, weights, ternary):
    """x·Wᵀ of matrices that share their input, side by side. Ternary: codes of Q8_K times codes of TQ2_0, exact in bfloat16, and their scales."""
    if not ternary: return F.linear(x.bfloat16(), torch.cat([w.bfloat16() for w in weights]))
    codes, scales = [], []
    for w in weights:
        scale = w.detach().abs().mean().half().float().clamp_min(1e-8)
        exact = w / scale
        codes.append(through(exact, torch.round(exact.clamp(-1, 1))).bfloat16())
        scales.append(scale.expand(len(w)))
    codes, scales, result = torch.cat(codes), torch.cat(scales), 0
    for i in range(0, x.shape[-1], 256):
        block = x[..., i:i + 256]
        step = block.detach().abs().amax(-1, keepdim=True).clamp_min(1e-30) / 127
        exact = block / step
        result = result + F.linear(through(exact, torch.round(exact)).bfloat16(), codes[:, i:i + 256]).float() * (step * scales)
    return result.bfloat16()


def norm(x, gain):
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-5) * gain


def turn(x, cosine, sine):
    a, b = x.float().chunk(2, -1)
    return torch.cat([a * cosine - b * sine, a * sine + b * cosine], -1).bfloat16()


def drop(x, share):
    return F.dropout(x, share) if share else x


@compiled
def layer(x, weights, mask, cosine, sine, heads, ternary, dropout):
    attention_norm, q, k, v, attention_sub_norm, output, ffn_norm, gate, up, ffn_sub_norm, down = weights
    qkv = product(norm(x, attention_norm), (q, k, v), ternary).unflatten(-1, (3, heads, -1))
    q, k, v = qkv.transpose(1, 3).unbind(2)  # [rows, heads, ROW, head size]
    scores = turn(q, cosine, sine) @ turn(k, cosine, sine).transpose(-1, -2)  # [rows, heads, ROW, ROW]
    probabilities = torch.softmax((scores.float() * q.shape[-1] ** -0.5).masked_fill(~mask, -1e30), -1)
    mixed = (probabilities.bfloat16() @ v.bfloat16()).transpose(1, 2).flatten(2).float()
    x = x + drop(product(norm(mixed, attention_sub_norm), (output,), ternary).float(), dropout)
    gate, up = product(norm(x, ffn_norm), (gate, up), ternary).chunk(2, -1)
    return x + drop(product(norm(F.silu(gate.float()) * up.float(), ffn_sub_norm), (down,), ternary).float(), dropout)


@compiled
def embed(token, keep, table, ternary, dropout):
    return drop(F.embedding(token, q8_0(table) if ternary else table) * keep.unsqueeze(-1), dropout)


@compiled
def head(x, scored, gain, table, ternary):
    """Logits [scored, vocabulary]."""
    x = norm(x.flatten(0, 1)[scored], gain)
    if ternary: x, table = q8_0(x), q8_0(table)
    return F.linear(x.bfloat16(), table.bfloat16()).float()


def logits_of(weights, shape, batch, scored, keep, train):
    half, ternary, dropout = shape.width // shape.heads // 2, shape.ternary, shape.dropout if train else 0.0
    angle = batch["position"].float().unsqueeze(-1) * 10000.0 ** (-torch.arange(half, device=device) / half)
    cosine, sine = angle.cos().unsqueeze(1), angle.sin().unsqueeze(1)  # [rows, 1, ROW, half]
    mask = (batch["sample"].unsqueeze(1) == batch["sample"].unsqueeze(2)).tril().unsqueeze(1)
    x = embed(batch["token"], keep, weights[0], ternary, dropout)
    for i in range(shape.layers): x = layer(x, weights[2 + 11 * i:13 + 11 * i], mask, cosine, sine, shape.heads, ternary, dropout)
    return head(x, scored, weights[1], weights[0], ternary)


@compiled
def loss_of(logits, target, weight, share, teachers, temperature):
    """Weighted cross-entropy with the corpus and, to the share given for each position, with the mean of the teachers."""
    loss = F.cross_entropy(logits, target, reduction="none")
    if teachers:
        wanted = sum(torch.softmax(t / temperature, -1) for t in teachers) / len(teachers)
        soft = -(wanted * torch.log_softmax(logits / temperature, -1)).sum(-1) * temperature ** 2
        loss = loss + share * (soft - loss)
    return (loss * weight).sum() / weight.sum()


# --- training -------------------------------------------------------------------------------------------------------------------

@compiled
def adamw(values, gradients, first, second, decayed, rate, decay, step):
    """AdamW.cs on flat buffers; clips the gradient to norm 1 and clears it."""
    gradient = gradients * (1 / gradients.norm().clamp_min(1))
    first.lerp_(gradient, 0.1)
    second.lerp_(gradient * gradient, 0.02)
    corrected = (second / (1 - 0.98 ** step)).sqrt() + 1e-8
    values.mul_(1 - decayed * (rate * decay)).sub_(rate / (1 - 0.9 ** step) * first / corrected)
    gradients.zero_()


class Learner:
    def __init__(self, name, shape, rate, decay, seed):
        self.name, self.shape, self.rate, self.decay, self.tokens, self.steps = name, shape, rate, decay, 0, 0
        generator, parts = torch.Generator().manual_seed(seed), []
        for part, rows, columns in shape.parameters():
            deviation = columns ** -0.5 / (math.sqrt(2 * shape.layers) if part.endswith(("attn_output", "ffn_down")) else 1)
            stored = torch.zeros(-(-rows // 32) * 32, columns) if rows else torch.ones(1, columns)
            if rows: stored[:rows] = torch.randn(rows, columns, generator=generator) * deviation
            parts.append((part, rows, stored))
        self.values = torch.cat([stored.flatten() for _, _, stored in parts]).to(device)
        self.gradients, self.first, self.second, self.decayed = (torch.zeros_like(self.values) for _ in range(4))
        self.weights, at = [], 0
        for part, rows, stored in parts:
            span = slice(at, at := at + stored.numel())
            view = lambda buffer: buffer[span].view_as(stored)[:rows] if rows else buffer[span]
            weight = view(self.values).detach().requires_grad_()
            weight.grad = view(self.gradients)
            self.decayed[span] = float(rows > 0 and part != "token_embd")
            self.weights.append(weight)
        self.step, self.rate_now, self.decay_now = (torch.zeros((), device=device) for _ in range(3))

    def learn(self, batch, scored, keep, *loss):
        """Leaves the loss on the device."""
        value = loss_of(logits_of(self.weights, self.shape, batch, scored, keep, True), *loss)
        value.backward()
        self.step += 1
        adamw(self.values, self.gradients, self.first, self.second, self.decayed, self.rate_now, self.decay_now, self.step)
        return value.detach()

    def schedule(self, progress, step):
        """Warm-up, stable, then down to 2 % over the last 40 % of the time, without weight decay."""
        left = min(1.0, (1 - progress) / 0.4)
        self.rate_now.fill_(self.rate * min(1, (step + 1) / 100) * max(0.02, left))
        self.decay_now.fill_(self.decay if left == 1 else 0)

    def save(self, folder):
        """A finished run in the format of Checkpoint.cs."""
        s = self.shape
        header = json.dumps({
            "ternary": s.ternary, "vocabulary_size": s.vocabulary, "width": s.width, "layers": s.layers, "heads": s.heads,
            "kv_heads": s.heads, "feed_forward": s.feed_forward, "context": s.context, "step": self.steps, "tokens": self.tokens,
            "epoch": 0, "position": 0, "random": 1, "decay_start": self.tokens, "decay_tokens": 0, "finished": True}).encode()
        folder.mkdir(parents=True, exist_ok=True)
        with open(folder / "checkpoint.bin", "wb") as file:
            file.write(struct.pack("<i", len(header)) + header)
            for buffer in (self.values, self.first, self.second, self.values): file.write(buffer.cpu().numpy().tobytes())

    @torch.no_grad()
    def scores(self, held_out, rows):
        """By task: samples with the right first answer token and with every answer token right, in per cent, and the loss of an answer token."""
        packed = held_out.rows(*held_out.pack(np.arange(len(held_out.samples))), rows)
        count = len(held_out.samples)
        wrong, label, loss, tokens = (torch.zeros(count, device=device) for _ in range(4))
        for i in range(0, len(packed["token"]), rows):
            batch = {name: values[i:i + rows] for name, values in packed.items()}
            scored = (batch["kind"].flatten() == ANSWER).nonzero().squeeze(-1)
            with torch.compiler.set_stance("force_eager") if device.type == "cuda" else contextlib.nullcontext():
                logits = logits_of(self.weights, self.shape, batch, scored, torch.ones_like(batch["token"]), False)
            target, sample, position = (batch[name].flatten()[scored].long() for name in ("next", "sample", "position"))
            miss = (logits.argmax(-1) != target).float()
            opening = position + 1 == held_out.prompt[sample]
            wrong.index_add_(0, sample, miss)
            label.index_add_(0, sample, (1 - miss) * opening)
            loss.index_add_(0, sample, F.cross_entropy(logits, target, reduction="none"))
            tokens.index_add_(0, sample, torch.ones_like(miss))
        of = {name: held_out.task == i for i, name in enumerate(held_out.tasks)}
        return {name: (100 * label[own].mean().item(), 100 * (wrong[own] == 0).float().mean().item(),
                       (loss[own].sum() / tokens[own].sum()).item()) for name, own in of.items()}


def captured(step):
    """The step as one CUDA graph, after three steps that compile it."""
    if device.type != "cuda": return step
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(3): step()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph): result = step()

    def replay():
        graph.replay()
        return result
    return replay


def train(learners, teachers, corpus, held_out, until, options, log, checkpoint=lambda: None):
    """Trains all learners on the same batches until the time given, on time.monotonic's scale."""
    rows = options.batch // ROW
    capacity = int(options.batch * 0.42) // 64 * 64  # scored positions of a batch: the answers, and of the prompts what fits
    batches = corpus.batches(rows, options.seed)
    batch = {name: values.clone() for name, values in next(batches).items()}

    def step():
        token, sample, kind = (batch[name] for name in ("token", "sample", "kind"))
        foreign = torch.zeros_like(kind, dtype=torch.bool)
        if teachers: # some sentences go to another task's head, where only the teachers know the first token of the answer
            opening = (kind == ANSWER) & (kind.roll(1, 1) != ANSWER)
            foreign = (torch.rand(65536, device=device) < options.foreign)[sample.long() % 65536] & (kind == ANSWER)
            other = corpus.heads[torch.randint(len(corpus.heads), kind.shape, device=device)]
            token = torch.where(foreign & opening, other, token)
            kind = torch.where(foreign & ~opening, PADDING, kind)
        seen, kind = batch | {"token": token}, kind.flatten()
        scored = (kind + 0.5 * torch.rand_like(kind, dtype=torch.float)).topk(capacity).indices
        target, foreign = batch["next"].flatten()[scored].long(), foreign.flatten()[scored]
        answer, prompt = kind[scored] == ANSWER, kind[scored] == PROMPT
        weight = answer + options.prompt_weight * prompt * ((kind == PROMPT).sum() / prompt.sum().clamp_min(1))
        with torch.no_grad():
            whole = torch.ones_like(token)
            wanted = [logits_of(teacher.weights, teacher.shape, seen, scored, whole, False) for teacher in teachers]
        share = torch.where(foreign, 1.0, options.soft * answer)
        keep = 1 - batch["droppable"] * (torch.rand_like(whole, dtype=torch.float) < options.blank)
        return [learner.learn(seen, scored, keep, target, weight, share, wanted, options.temperature) for learner in learners]

    run, begun, reported, drawn = captured(step), time.monotonic(), 0, 0
    log(f"compiled {[learner.name for learner in learners]}")
    for number in range(10 ** 9):
        now = time.monotonic()
        if now >= until: break
        for name, values in next(batches).items(): batch[name].copy_(values)
        for learner in learners: learner.schedule((now - begun) / (until - begun), number)
        losses = run()
        if number % 16: continue
        losses = [loss.item() for loss in losses]  # waits, so that the clock is right
        drawn = number * options.batch * 0.9
        for learner in learners: learner.steps, learner.tokens = number, int(drawn)
        if now - begun < (reported + 1) * (until - begun) / 4: continue
        reported += 1
        report(learners, held_out, rows, log, f"{drawn / 1e6:.0f} M tokens, {drawn / (now - begun) / 1e6:.2f} M/s, losses {losses}")
        checkpoint()
    report(learners, held_out, rows, log, f"{drawn / 1e6:.0f} M tokens, done")


def report(learners, held_out, rows, log, line):
    log(line)
    for learner in learners:
        scores = learner.scores(held_out, rows) if held_out else {}
        log(f"  {learner.name}: " + ", ".join(f"{task} {label:.1f}/{exact:.1f}/{loss:.4f}" for task, (label, exact, loss) in scores.items()))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path, help="corpus of jibun train; checkpoints go there too")
    parser.add_argument("--micro", action="store_true", help="the small sibling, in a folder of jibun train micro")
    parser.add_argument("--minutes", type=float, default=8, help="the whole run, compilation included")
    parser.add_argument("--teachers", type=int, default=2)
    parser.add_argument("--teaching", type=float, default=0.45, help="share of the time in which the teachers learn")
    parser.add_argument("--batch", type=int, default=32768, help="tokens of a step")
    parser.add_argument("--blank", type=float, default=0.1, help="share of the prompt tokens that are blanked while learning")
    parser.add_argument("--foreign", type=float, default=0.2, help="share of the sentences that students also see on another task's head")
    parser.add_argument("--soft", type=float, default=0.7, help="what the teachers' word weighs against the corpus")
    parser.add_argument("--temperature", type=float, default=2)
    parser.add_argument("--prompt-weight", type=float, default=0.1)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    start = time.monotonic()
    log = lambda line: print(f"{time.monotonic() - start:6.1f} s  {line}", flush=True)

    corpus = Corpus(options.folder)
    held_out = Corpus(options.folder / "dev") if (options.folder / "dev").exists() else None
    log(f"{len(corpus.samples)} samples on {device}, torch {torch.__version__}")
    small = dict(layers=2, feed_forward=256, context=256) if options.micro else {}
    nano = Shape(corpus.vocabulary, **small)
    wide = Shape(corpus.vocabulary, width=512, heads=8, feed_forward=1024, ternary=False, dropout=0.2)
    end = start + 60 * options.minutes - 5
    teachers = [Learner(f"teacher {i + 1}", wide, 1e-3, 0.1, options.seed + i) for i in range(options.teachers)]
    if teachers: train(teachers, [], corpus, held_out, start + options.teaching * (end - start), options, log)
    students = [Learner("ternary", nano, 4e-3, 0.05, options.seed),
                Learner("float", dataclasses.replace(nano, ternary=False), 2e-3, 0.05, options.seed)]
    save = lambda: [student.save(options.folder / student.name) for student in students]
    train(students, teachers, corpus, held_out, end, options, log, save)
    save()


if __name__ == "__main__": main()
