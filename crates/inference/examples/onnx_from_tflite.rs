//! Rewrites one network: `cargo run --release -p inference --example onnx_from_tflite -- palm.tflite palm.onnx`.

use prost::Message;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    let [from, to] = &paths[..] else {
        return Err("usage: onnx_from_tflite FROM.tflite TO.onnx".into());
    };
    let model = inference::tflite::onnx_from_tflite(&std::fs::read(from)?)?;
    std::fs::write(to, model.encode_to_vec())?;
    Ok(())
}
