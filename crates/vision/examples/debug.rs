//! d
fn main() {
    for path in std::env::args().skip(1) {
        let img = image::open(&path).unwrap().to_rgb8();
        let frame = vision::Frame { width: img.width() as usize, height: img.height() as usize, rgb: img.into_raw() };
        let t = std::time::Instant::now();
        let found = vision::keyboard::register_picture(&frame.luma());
        let ms = t.elapsed().as_millis();
        match found {
            Some(f) => {
                let text = format!("placement {:.2} gap {:?} texture {:.1} {:.1}; {}", f.placement, f.gap_residual.map(|g| (g*1000.0).round()), f.texture.white_spread, f.texture.black_spread,
                    f.readings.iter().map(|r| format!("[{}..{}{} p{:.3}]", r.lowest_pitch.midi(), r.highest_pitch.midi(), if r.mirrored {"M"} else {""}, r.probability)).collect::<Vec<_>>().join(" "));
                println!("{}", serde_json::json!({"file": path, "ms": ms as u64, "h": f.best().keyboard_from_image, "text": text, "c": f.confidence(), "pl": f.placement}));
            }
            None => println!("{}", serde_json::json!({"file": path, "ms": ms as u64, "h": null, "text": "none", "c": 0, "pl": 0})),
        }
    }
}
