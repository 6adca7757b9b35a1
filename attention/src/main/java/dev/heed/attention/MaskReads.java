package dev.heed.attention;

import dev.heed.attention.expression.Numeric;
import dev.heed.attention.expression.Truth;

/// What a mask reads besides positions.
record MaskReads(boolean documents, boolean lengths, boolean head, boolean given) {
  static final MaskReads NOTHING = new MaskReads(false, false, false, false);

  MaskReads and(MaskReads other) {
    return new MaskReads(
        documents || other.documents,
        lengths || other.lengths,
        head || other.head,
        given || other.given);
  }

  static MaskReads of(Truth truth) {
    return switch (truth) {
      case Truth.Document _ -> new MaskReads(true, false, false, false);
      case Truth.Padding _ -> new MaskReads(false, true, false, false);
      case Truth.Given _ -> new MaskReads(false, false, false, true);
      case Truth.Comparison(_, Numeric left, Numeric right) -> of(left).and(of(right));
      case Truth.Not(Truth operand) -> of(operand);
      case Truth.And(var operands) ->
          operands.stream().map(MaskReads::of).reduce(NOTHING, MaskReads::and);
      case Truth.Or(var operands) ->
          operands.stream().map(MaskReads::of).reduce(NOTHING, MaskReads::and);
      case Truth.Constant _,
          Truth.Causal _,
          Truth.Window _,
          Truth.Global _,
          Truth.Prefix _,
          Truth.Front _,
          Truth.Chunk _,
          Truth.Dilated _,
          Truth.Previous _,
          Truth.Strided _,
          Truth.Fixed _,
          Truth.RandomBlocks _,
          Truth.Grid _ ->
          NOTHING;
    };
  }

  static MaskReads of(Numeric number) {
    return switch (number) {
      case Numeric.Symbol symbol ->
          switch (symbol) {
            case DOC_Q, DOC_K -> new MaskReads(true, false, false, false);
            case H -> new MaskReads(false, false, true, false);
            case I, J, S -> NOTHING;
          };
      case Numeric.Unary(_, Numeric operand) -> of(operand);
      case Numeric.Binary(_, Numeric left, Numeric right) -> of(left).and(of(right));
      case Numeric.Choice(Truth condition, Numeric then, Numeric otherwise) ->
          of(condition).and(of(then)).and(of(otherwise));
      case Numeric.Literal _, Numeric.Parameter _ -> NOTHING;
    };
  }
}
