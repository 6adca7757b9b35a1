package dev.heed.lens;

import dev.heed.attention.Source;
import dev.heed.attention.mixer.StateShape;
import dev.heed.checkpoint.Nearest;
import dev.heed.grad.Site;
import dev.heed.layer.Block;
import dev.heed.layer.DiagonalStateSpace;
import dev.heed.layer.Experts;
import dev.heed.layer.FeedForward;
import dev.heed.layer.GatedConvolution;
import dev.heed.layer.GatedRecurrence;
import dev.heed.layer.Heads;
import dev.heed.layer.LinearAttention;
import dev.heed.layer.Mixer;
import dev.heed.layer.Norm;
import dev.heed.layer.SelfAttention;
import dev.heed.layer.SharedAttention;
import dev.heed.layer.StateSpaceDual;
import dev.heed.model.Decoder;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The sites of a model with what stands there, in the order in which a pass meets them.
public final class ModelSites {
  private final Map<String, SiteShape> byPath;

  private ModelSites(Map<String, SiteShape> byPath) {
    this.byPath = Collections.unmodifiableMap(byPath);
  }

  /// The sites of a decoder.
  public static ModelSites of(Decoder decoder) {
    return new ModelSites(new Listing(decoder).byPath);
  }

  /// All of them.
  public Collection<SiteShape> all() {
    return byPath.values();
  }

  /// Their paths.
  public Collection<String> paths() {
    return byPath.keySet();
  }

  public boolean has(String path) {
    return byPath.containsKey(path);
  }

  /// The site of a path.
  public SiteShape get(String path) {
    SiteShape found = byPath.get(path);
    if (found == null) {
      throw new LensException(
          "lens: the model has no site '%s'; %s".formatted(path, Nearest.hint(path, paths())));
    }
    return found;
  }

  /// One decoder's sites, as its parts show them to a probe.
  private static final class Listing {
    private final Map<String, SiteShape> byPath = new LinkedHashMap<>();
    private final int width;

    Listing(Decoder decoder) {
      width = decoder.embedding().tokens().shape().axis(1);
      rows("embed", width);
      if (decoder.embedding().positions().isPresent()) {
        rows("pos_embed", width);
      }
      for (int i = 0; i < decoder.blocks().size(); i++) {
        block("blocks." + i + ".", decoder.blocks().get(i));
      }
      norm("ln_final", decoder.norm());
    }

    private void norm(String at, Optional<Norm> norm) {
      if (norm.isPresent()) {
        rows(at + ".scale", 1);
        rows(at + ".normalized", width);
      }
    }

    private void rows(String path, int width) {
      byPath.put(path, SiteShape.rows(new Site(path), width));
    }

    private void heads(String path, int heads, int width) {
      byPath.put(path, SiteShape.heads(new Site(path), heads, width));
    }

    private void maps(String at, int heads, int before) {
      for (String path : List.of(at + "attn_scores", at + "pattern")) {
        byPath.put(path, SiteShape.map(new Site(path), heads, before));
      }
    }

    private void block(String at, Block block) {
      rows(at + "resid_pre", width);
      Block.Norms first = block.mixer().norms();
      norm(at + "ln1", first.before());
      mixer(at + "attn.", block.mixer().layer());
      norm(at + "ln1_post", first.after());
      rows(at + "attn_out", width);
      norm(at + "ln1", first.sum());
      block.feedForward().ifPresent(branch -> fed(at, branch));
      rows(at + "resid_post", width);
    }

    private void fed(String at, Block.Branch<FeedForward> branch) {
      rows(at + "resid_mid", width);
      norm(at + "ln2", branch.norms().before());
      switch (branch.layer()) {
        case FeedForward.Plain plain -> {
          rows(at + "mlp.pre", plain.up().out());
          rows(at + "mlp.post", plain.up().out());
        }
        case FeedForward.Gated gated -> {
          rows(at + "mlp.pre", gated.gate().out());
          rows(at + "mlp.pre_linear", gated.up().out());
          rows(at + "mlp.post", gated.up().out());
        }
        case Experts experts -> {
          rows(at + "mlp.router_logits", experts.experts().size());
          rows(at + "mlp.expert_weights", experts.experts().size());
        }
      }
      norm(at + "ln2_post", branch.norms().after());
      rows(at + "mlp_out", width);
      norm(at + "ln2", branch.norms().sum());
    }

    private void mixer(String at, Mixer mixer) {
      switch (mixer) {
        case SelfAttention attention -> attention(at, attention);
        case SharedAttention shared -> {
          Heads heads = shared.heads();
          heads(at + "q", heads.queries(), heads.width());
          heads(at + "rot_q", heads.queries(), heads.width());
          maps(at, heads.queries(), 0);
          given(at, heads.queries(), heads.width());
        }
        case LinearAttention linear -> {
          Heads heads = linear.heads();
          int valueWidth = linear.projections().value().out() / heads.keys();
          asked(at, heads, valueWidth);
          given(at, heads.queries(), valueWidth);
        }
        case StateSpaceDual dual -> dual(at, dual);
        case DiagonalStateSpace _, GatedConvolution _, GatedRecurrence _ -> {}
      }
    }

    private void attention(String at, SelfAttention attention) {
      Heads heads = attention.heads();
      asked(at, heads, heads.width());
      attention.projections().forget().ifPresent(gates -> rows(at + "forget", gates.out()));
      int before = attention.source() instanceof Source.Prefix(int length) ? length : 0;
      maps(at, heads.queries(), before);
      given(at, heads.queries(), heads.width());
    }

    private void asked(String at, Heads heads, int valueWidth) {
      heads(at + "q", heads.queries(), heads.width());
      heads(at + "k", heads.keys(), heads.width());
      heads(at + "v", heads.keys(), valueWidth);
      heads(at + "rot_q", heads.queries(), heads.width());
      heads(at + "rot_k", heads.keys(), heads.width());
    }

    private void given(String at, int heads, int valueWidth) {
      heads(at + "z", heads, valueWidth);
      heads(at + "result", heads, width);
    }

    private void dual(String at, StateSpaceDual dual) {
      StateShape.Heads heads = dual.heads();
      heads(at + "q", heads.queries(), dual.projections().query().out() / heads.queries());
      heads(at + "k", heads.keys(), dual.projections().key().out() / heads.keys());
      int valueWidth = dual.projections().value().out() / heads.values();
      heads(at + "v", heads.values(), valueWidth);
      given(at, Math.max(heads.queries(), heads.states()), valueWidth);
    }
  }
}
