package dev.heed.serve;

import dev.heed.checkpoint.Json;

/// What answers one path of the HTTP interface, on the thread that computes.
@FunctionalInterface
interface Endpoint {
  Answer answer(Call call);

  /// One request.
  ///
  /// @param asked the body
  /// @param cancellation whether whoever asked is still there
  /// @param parts where parts of the answer go before its end, a line each
  record Call(Json.Obj asked, Cancellation cancellation, Parts parts) {}

  /// Takes parts of an answer.
  @FunctionalInterface
  interface Parts {
    void send(Json part);
  }
}
