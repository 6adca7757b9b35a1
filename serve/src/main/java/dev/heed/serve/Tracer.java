package dev.heed.serve;

import dev.heed.grad.Probe;
import dev.heed.grad.Run;
import dev.heed.grad.Site;
import dev.heed.grad.Tokens;
import dev.heed.kernel.Kernels;
import dev.heed.kernel.Workers;
import dev.heed.model.Decoder;
import dev.heed.serve.Traced.Patterns;
import dev.heed.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/// Runs a decoder over a text and keeps the pattern of every head.
final class Tracer implements Probe {
  private final List<Site> sites;
  private final List<Patterns> patterns;
  private final Cancellation cancellation;

  private Tracer(int blocks, Cancellation cancellation) {
    this.sites = IntStream.range(0, blocks).mapToObj(i -> Site.inBlock(i, "attn.pattern")).toList();
    this.patterns = new ArrayList<>(Collections.nCopies(blocks, Patterns.NONE));
    this.cancellation = cancellation;
  }

  static Traced trace(Decoder decoder, int[] ids, Workers workers, Cancellation cancellation) {
    Tracer probe = new Tracer(decoder.blocks().size(), cancellation);
    Run run = Run.inference(Kernels.best(), workers).probed(probe);
    Tensor logits = decoder.forward(Tokens.of(ids), run).copy();
    return new Traced(probe.patterns, logits.reshape(ids.length, logits.axis(2)), ids.length);
  }

  @Override
  public boolean wants(Site site) {
    cancellation.check();
    return sites.contains(site);
  }

  @Override
  public Tensor at(Site site, Tensor value) {
    patterns.set(sites.indexOf(site), Patterns.of(value));
    return value;
  }
}
