package dev.heed.lens;

import dev.heed.grad.Probe;
import dev.heed.grad.Site;
import dev.heed.grad.Tokens;
import dev.heed.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// The probe of a generation: tells of each pass once the next begins or a token is chosen.
final class Generating implements Probe {
  private static final String BEGINNING = "embed";

  private final ModelSites model;
  private final Edits edits;
  private final List<SiteShape> sites;
  private final Consumer<Step> onStep;
  private int[] text;
  private int from;
  private int read;
  private Looking looking;

  /// @param edits of every position of the text
  Generating(
      ModelSites model, Edits edits, List<SiteShape> sites, int[] prompt, Consumer<Step> onStep) {
    this.edits = edits;
    this.model = model;
    this.sites = sites;
    this.onStep = onStep;
    text = prompt.clone();
    looking = begin();
  }

  private Looking begin() {
    return new Looking(model, edits.at(from), sites);
  }

  @Override
  public boolean wants(Site site) {
    return site.path().equals(BEGINNING) || looking.wants(site);
  }

  @Override
  public Tensor at(Site site, Tensor value) {
    if (site.path().equals(BEGINNING)) {
      tell(Optional.empty());
      read = value.axis(1);
    }
    return looking.wants(site) ? looking.at(site, value) : value;
  }

  /// A token was chosen after what was read last.
  void chosen(int id) {
    tell(Optional.of(id));
    text = Arrays.copyOf(text, text.length + 1);
    text[text.length - 1] = id;
  }

  /// The generation is over.
  void end() {
    tell(Optional.empty());
  }

  private void tell(Optional<Integer> chosen) {
    if (read == 0) {
      return;
    }
    int[] tokens = Arrays.copyOfRange(text, from, from + read);
    onStep.accept(new Step(from, chosen, looking.trace(Tokens.of(tokens), Value.NONE)));
    from += read;
    read = 0;
    looking = begin();
  }
}
