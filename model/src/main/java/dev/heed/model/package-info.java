/// Architectures: each a short file that reads its settings and weights into the shared layers of
/// [dev.heed.layer], and the models that a user loads.
package dev.heed.model;
