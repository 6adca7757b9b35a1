package dev.heed.checkpoint;

import dev.heed.checkpoint.Json.Arr;
import dev.heed.checkpoint.Json.Obj;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/// The settings of a model, read key by key, with a record of which keys were asked for: a key that
/// no code asked for and that is not known to be harmless may change the arithmetic, and
/// [#rejectUnread] then says so.
///
/// Accessors are those of [Obj]; `null` in the file counts as absent.
public final class Settings {
  private static final Set<String> HARMLESS =
      Set.of(
          "_name_or_path",
          "_attn_implementation",
          "_attn_implementation_autoset",
          "_commit_hash",
          "architectures",
          "attention_dropout",
          "attn_pdrop",
          "auto_map",
          "bad_words_ids",
          "begin_suppress_tokens",
          "bos_token_id",
          "cache_implementation",
          "chunk_size_feed_forward",
          "classifier_dropout",
          "decoder_start_token_id",
          "diversity_penalty",
          "do_sample",
          "dtype",
          "early_stopping",
          "embd_pdrop",
          "encoder_no_repeat_ngram_size",
          "eos_token_id",
          "exponential_decay_length_penalty",
          "finetuning_task",
          "forced_bos_token_id",
          "forced_eos_token_id",
          "gradient_checkpointing",
          "hidden_dropout",
          "id2label",
          "initial_context_length",
          "initializer_range",
          "is_decoder",
          "is_encoder_decoder",
          "is_llama_config",
          "label2id",
          "length_penalty",
          "max_length",
          "max_sequence_length",
          "min_length",
          "model_type",
          "no_repeat_ngram_size",
          "num_beam_groups",
          "num_beams",
          "num_labels",
          "num_return_sequences",
          "output_attentions",
          "output_hidden_states",
          "output_router_logits",
          "output_scores",
          "pad_token_id",
          "prefix",
          "pretraining_tp",
          "problem_type",
          "remove_invalid_values",
          "repetition_penalty",
          "resid_pdrop",
          "return_dict",
          "return_dict_in_generate",
          "router_aux_loss_coef",
          "router_jitter_noise",
          "sep_token_id",
          "summary_activation",
          "summary_first_dropout",
          "summary_proj_to_labels",
          "summary_type",
          "summary_use_proj",
          "suppress_tokens",
          "task_specific_params",
          "temperature",
          "tf_legacy_loss",
          "tokenizer_class",
          "top_k",
          "top_p",
          "torch_dtype",
          "torchscript",
          "transformers.js_config",
          "transformers_version",
          "typical_p",
          "unk_token_id",
          "unsloth_fixed",
          "unsloth_version",
          "use_bfloat16",
          "use_cache");
  private static final Set<String> HARMLESS_WHEN_OFF =
      Set.of(
          "add_cross_attention",
          "cross_attention_hidden_size",
          "pruned_heads",
          "quantization_config",
          "rope_interleaved",
          "tie_encoder_decoder",
          "use_bidirectional_attention",
          "use_mrope");
  private static final Set<String> HARMLESS_PREFIXES =
      Set.of("general.", "tokenizer.", "quantize.", "split.");

  private final Obj members;
  private final Set<String> asked;
  private final Map<String, Settings> children;

  public Settings(Obj members) {
    this.members = members;
    this.asked = new TreeSet<>();
    this.children = new LinkedHashMap<>();
  }

  private Settings(Obj members, Settings record) {
    this.members = members;
    this.asked = record.asked;
    this.children = record.children;
  }

  /// The same settings, of which those that the file does not mention have the values of
  /// `fallbacks`; what is asked of either counts as asked of both.
  public Settings defaulting(Obj fallbacks) {
    Map<String, Json> all = new LinkedHashMap<>(fallbacks.members());
    all.putAll(members.members());
    return new Settings(new Obj(all, members.place()), this);
  }

  /// Where they stand, as errors name it.
  public Place place() {
    return members.place();
  }

  /// Whether the key has a value other than `null`.
  public boolean has(String key) {
    return asking(key).has(key);
  }

  public String string(String key) {
    return asking(key).string(key);
  }

  public String string(String key, String fallback) {
    return asking(key).string(key, fallback);
  }

  public Optional<String> optionalString(String key) {
    return asking(key).optionalString(key);
  }

  public int integer(String key) {
    return asking(key).integer(key);
  }

  public int integer(String key, int fallback) {
    return asking(key).integer(key, fallback);
  }

  public OptionalInt optionalInteger(String key) {
    return asking(key).optionalInteger(key);
  }

  /// A whole number above zero: a size or a count.
  public int positive(String key) {
    return positive(key, integer(key));
  }

  /// A whole number above zero, if the key has a value.
  public OptionalInt optionalPositive(String key) {
    optionalInteger(key).ifPresent(value -> positive(key, value));
    return optionalInteger(key);
  }

  private int positive(String key, int value) {
    if (value < 1) {
      throw new CheckpointException(
          "%s: is %d, should be a whole number above 0"
              .formatted(members.place().member(key), value));
    }
    return value;
  }

  public double number(String key) {
    return asking(key).number(key);
  }

  public double number(String key, double fallback) {
    return asking(key).number(key, fallback);
  }

  public OptionalDouble optionalNumber(String key) {
    return asking(key).optionalNumber(key);
  }

  public boolean bool(String key, boolean fallback) {
    return asking(key).bool(key, fallback);
  }

  public Optional<Arr> optionalList(String key) {
    return asking(key).optionalList(key);
  }

  /// A value of any kind, for a key that some files write as a number and others as a list.
  public Optional<Json> get(String key) {
    return asking(key).get(key).filter(value -> !(value instanceof Json.Null));
  }

  /// The object `key` as it stands, for a reader that checks its keys itself.
  public Obj object(String key, Obj fallback) {
    return asking(key).optionalObject(key).orElse(fallback);
  }

  /// The settings inside the object `key`, if it has a value; its keys are recorded too.
  public Optional<Settings> in(String key) {
    return asking(key)
        .optionalObject(key)
        .map(inner -> children.computeIfAbsent(key, _ -> new Settings(inner)));
  }

  /// These settings with another value of one key.
  public Settings with(String key, Json value) {
    return new Settings(members.with(key, value), this);
  }

  /// Says that these keys may stand in the file and change nothing that is computed.
  public void ignore(String... keys) {
    asked.addAll(List.of(keys));
  }

  /// Fails for the first key that has a value, was never asked for and is not known to be harmless.
  ///
  /// @param model what does not know the key, in the message
  public void rejectUnread(String model) {
    for (Map.Entry<String, Json> member : members.members().entrySet()) {
      String key = member.getKey();
      if (!asked.contains(key) && !isHarmless(key, member.getValue())) {
        throw new CheckpointException(
            "%s: is %s, which %s does not know and which may change what it computes; %s"
                .formatted(
                    members.place().member(key),
                    member.getValue().describe(),
                    model,
                    Nearest.hint(key, known())));
      }
    }
    children.values().forEach(child -> child.rejectUnread(model));
  }

  /// The keys that a file may have.
  private List<String> known() {
    return asked.stream().filter(key -> !key.startsWith("heed.")).toList();
  }

  private static boolean isHarmless(String key, Json value) {
    return value instanceof Json.Null
        || HARMLESS.contains(key)
        || HARMLESS_PREFIXES.stream().anyMatch(key::startsWith)
        || (HARMLESS_WHEN_OFF.contains(key) && isOff(value));
  }

  private static boolean isOff(Json value) {
    return switch (value) {
      case Json.Null _ -> true;
      case Json.Bool(boolean truth) -> !truth;
      case Obj inner -> inner.members().isEmpty();
      case Arr list -> list.items().isEmpty();
      case Json.Str _, Json.Num _ -> false;
    };
  }

  private Obj asking(String key) {
    asked.add(key);
    return members;
  }
}
