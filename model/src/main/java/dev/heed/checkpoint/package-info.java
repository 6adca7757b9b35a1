/// Files of weights and their settings: safetensors, GGUF, Hugging Face folders, and the JSON in
/// them.
package dev.heed.checkpoint;
