use piano::Hand;
use rand::SeedableRng;
use synthesis::*;
fn main() {
    let cache = format!(
        "{}/.cache/toccata/models/_webxr-input-profiles_assets-1.0.20/",
        std::env::var("HOME").unwrap()
    );
    let args: Vec<String> = std::env::args().collect();
    let setting = camera::CameraSetting {
        size: [1280, 720],
        looks_at_meters: [0.611, 0.0, -0.03],
        distance_meters: 1.1,
        seen_width_meters: 1.32,
        tilt_rad: 0.0,
        yaw_rad: 0.0,
        roll_rad: 0.0,
    };
    let finish = keyboard_model::Finish {
        white: [0.88, 0.88, 0.86],
        black: [0.08, 0.08, 0.085],
        case: [0.12, 0.11, 0.11],
        felt: [0.4, 0.06, 0.08],
    };
    let l = nalgebra::Vector3::new(-0.3, 0.9, 0.3).normalize();
    let lighting = lighting::Lighting {
        towards_lamp: [l.x, l.y, l.z],
        lamp: [0.55; 3],
        ambient: [0.5; 3],
    };
    let mut painter = picture::Painter::new(
        &setting,
        finish,
        lighting,
        picture::Complexion {
            skin: [0.86, 0.66, 0.52],
            sleeve: None,
        },
        lens::Lens::new(0.05, 2.0, 1),
    );
    let mesh = |hand, side| hand_mesh::HandMesh::from_glb(&std::fs::read(format!("{cache}{side}.glb")).unwrap(), hand).unwrap();
    let meshes = performance::HandMeshes {
        both: [mesh(Hand::Left, "left"), mesh(Hand::Right, "right")],
    };
    let r = relaxed::relaxed(&meshes.both[1], Hand::Right);
    println!("{:.2?}\n{:.3?}", r.posture, r.tips);
    let score = piano::pig::read(&std::fs::read_to_string(&args[1]).unwrap()).unwrap();
    let mut g = rand_chacha::ChaCha8Rng::seed_from_u64(1);
    let p = performance::Performance::plan(&score, &meshes, performance::Touchiness { aside: 0.0, along: 0.0 }, &mut g).unwrap();
    // accuracy
    let mut worst: f64 = 0.0;
    for n in &score {
        for at in [
            n.note.onset_secs,
            (n.note.onset_secs + n.note.offset_secs) / 2.0,
            n.note.offset_secs - 0.02,
        ] {
            let f = n.finger.unwrap();
            let h = p.hands_at(at).into_iter().find(|h| h.hand == f.hand).unwrap();
            let tip = h.landmarks()[f.finger.tip_landmark()];
            let x = tip.x / piano::keyboard::WHITE_KEY_WIDTH_METERS - piano::keyboard::center_x(n.note.pitch);
            let y = -tip.z / piano::keyboard::WHITE_KEY_LENGTH_METERS;
            worst = worst.max(x.abs());
            if x.abs() > 0.1 || tip.y > 0.02 {
                println!("{} {:?} at {at:.2}: x off {x:.2} y {y:.2} h {:.3}", n.note.pitch.name(), f, tip.y);
            }
        }
    }
    println!("worst {worst:.3}");
    for (i, secs) in args[2..].iter().enumerate() {
        let secs: f64 = secs.parse().unwrap();
        let t = std::time::Instant::now();
        let hands = p.hands_at(secs);
        let t1 = t.elapsed();
        let surfaces: Vec<_> = hands.into_iter().map(|h| h.surface).collect();
        let frame = painter.paint(i, &p.keys_at(secs), &surfaces);
        eprintln!("{t1:?} {:?}", t.elapsed());
        let mut out = format!("P6\n{} {}\n255\n", frame.width, frame.height).into_bytes();
        out.extend(&frame.rgb);
        std::fs::write(format!("/work/scratch/synth2/look{i}.ppm"), out).unwrap();
    }
}
