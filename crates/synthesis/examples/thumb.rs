use piano::Hand;
use synthesis::*;
fn main() {
    let cache = format!(
        "{}/.cache/toccata/models/_webxr-input-profiles_assets-1.0.20/",
        std::env::var("HOME").unwrap()
    );
    for (hand, side) in [(Hand::Right, "right"), (Hand::Left, "left")] {
        let mesh = hand_mesh::HandMesh::from_glb(&std::fs::read(format!("{cache}{side}.glb")).unwrap(), hand).unwrap();
        let p = posture::Posture([0.0; 26]);
        let base = reach::tips_of(&mesh, &p)[0];
        println!("{side} tip {:.3?}", base.coords.as_slice());
        for k in 6..10 {
            for d in [0.4, -0.4] {
                let mut q = p;
                q.0[k] += d;
                let t = reach::tips_of(&mesh, &q)[0] - base;
                println!("{k} {d:+}: {:.3?}", t.as_slice());
            }
        }
        println!("{:.2?}", relaxed::relaxed(&mesh, hand).posture);
    }
}
