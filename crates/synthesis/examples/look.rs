use nalgebra::Point3;
use piano::Hand;
use synthesis::*;
fn main() {
    let cache = format!(
        "{}/.cache/toccata/models/_webxr-input-profiles_assets-1.0.20/",
        std::env::var("HOME").unwrap()
    );
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
    let mut hands = Vec::new();
    for (hand, x) in [(Hand::Left, 0.4), (Hand::Right, 0.8)] {
        let side = if hand == Hand::Left { "left" } else { "right" };
        let mesh = hand_mesh::HandMesh::from_glb(&std::fs::read(format!("{cache}{side}.glb")).unwrap(), hand).unwrap();
        let mut p = posture::Posture([0.0; 26]);
        p.0[0] = x;
        p.0[1] = 0.06;
        p.0[2] = 0.02;
        for f in 1..5 {
            p.0[6 + 4 * f + 1] = 0.4;
            p.0[6 + 4 * f + 2] = 0.7;
            p.0[6 + 4 * f + 3] = 0.3;
        }
        let joints = posture::place_joints(&mesh, &p);
        for (i, j) in joints.iter().enumerate() {
            println!("{side} {i} {:.3?}", j.translation.vector.as_slice());
        }
        hands.push(arm::surface(&mesh, &joints, Point3::new(x, 0.05, 0.5)));
    }
    let mut keys = [0.0; 88];
    keys[40] = 1.0;
    keys[20] = 1.0;
    keys[22] = 1.0;
    keys[51] = 1.0;
    keys[60] = 1.0;
    let t = std::time::Instant::now();
    let frame = painter.paint(0, &keys, &hands);
    eprintln!("{:?}", t.elapsed());
    let mut out = format!("P6\n{} {}\n255\n", frame.width, frame.height).into_bytes();
    out.extend(&frame.rgb);
    std::fs::write("/work/scratch/synth2/look.ppm", out).unwrap();
}
