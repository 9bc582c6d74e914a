//! Checkpoints written by the programs they come from (`golden/make.py`), read back.

use checkpoints::numpy::Npz;
use checkpoints::pickle::Pickle;
use checkpoints::torch::TorchCheckpoint;
use checkpoints::{Checkpoint, ElementType};
use std::io::Cursor;

const PYTHON_2: &[u8] = include_bytes!("golden/hand_python2.pkl");
const PROTOCOL_2: &[u8] = include_bytes!("golden/hand_protocol2.pkl");
const PROTOCOL_4: &[u8] = include_bytes!("golden/hand_protocol4.pkl");
const LIGHTNING: &[u8] = include_bytes!("golden/lightning.ckpt");
const BEFORE_1_6: &[u8] = include_bytes!("golden/before_1_6.pt");
const ARRAYS: &[u8] = include_bytes!("golden/arrays.npz");
const COMPRESSED: &[u8] = include_bytes!("golden/compressed.npz");
const OBJECTS: &[u8] = include_bytes!("golden/objects.npz");

/// What `make.py` calls a ramp.
fn ramp(numbers: usize) -> Vec<f64> {
    (0..numbers).map(|i| i as f64 * 0.5 - 1.0).collect()
}

#[test]
fn a_hand_model_is_read_from_pickles_of_every_age() {
    for bytes in [PYTHON_2, PROTOCOL_2, PROTOCOL_4] {
        let pickle = Pickle::read(bytes).unwrap();
        let model = pickle.root();
        let array = |key: &str| model.get(key).unwrap().array(key).unwrap();
        let (template, shapes) = (array("v_template"), array("shapedirs"));
        assert_eq!((template.shape(), template.to_doubles()), ([4, 3].as_slice(), ramp(12)));
        // A chumpy array whose numbers stand column by column.
        assert_eq!((shapes.shape(), shapes.to_doubles()), ([4, 3, 2].as_slice(), ramp(24)));
        assert_eq!(array("weights").to_doubles(), ramp(300));
        assert_eq!(array("weights").element(), ElementType::F32);
        assert_eq!(array("f").to_integers().unwrap(), [0, 1, 2, 3, 4, 5]);
        assert_eq!(array("kintree_table").to_integers().unwrap(), [4_294_967_295, 0, 0, 1]);
        assert_eq!((array("scale").shape(), array("scale").to_floats()), ([].as_slice(), vec![2.5]));
        let joints = model.get("J_regressor").unwrap().sparse("J_regressor").unwrap();
        assert_eq!(joints.to_dense().unwrap(), [0.0, 2.0, 0.0, 1.0, 0.0, 3.0]);
        assert_eq!(model.get("bs_type").and_then(|name| name.text()), Some("lrotmin"));
    }
}

#[test]
fn what_is_not_an_array_is_refused_by_name() {
    let pickle = Pickle::read(PYTHON_2).unwrap();
    let refusal = |key: &str| pickle.root().get(key).unwrap().array(key).unwrap_err().to_string();
    assert_eq!(
        refusal("computed"),
        "computed is refused: objects of class chumpy.reordering.Select are not known"
    );
    assert_eq!(refusal("bs_type"), "bs_type is refused: text is not an array");
    assert!(refusal("names").starts_with("names is refused"), "{}", refusal("names"));
    let sparse = pickle.root().get("weights").unwrap().sparse("weights").unwrap_err().to_string();
    assert!(sparse.contains("is not a sparse matrix"), "{sparse}");
}

#[test]
fn a_training_program_s_checkpoint_is_read_past_its_classes() {
    let mut checkpoint = TorchCheckpoint::open(Cursor::new(LIGHTNING), &["state_dict"]).unwrap();
    let ramp: Vec<f32> = ramp(12).into_iter().map(|number| number as f32).collect();
    let mut names = checkpoint.names();
    names.sort();
    assert_eq!(names, ["brain", "half", "part", "repeated", "steps", "trained", "turned", "whole"]);
    assert_eq!(checkpoint.floats("whole", &[2, 3]).unwrap(), ramp[..6]);
    assert_eq!(checkpoint.floats("part", &[6]).unwrap(), ramp[6..]);
    assert_eq!(checkpoint.floats("turned", &[3, 2]).unwrap(), [-1.0, 0.5, -0.5, 1.0, 0.0, 1.5]);
    assert_eq!(checkpoint.floats("half", &[2]).unwrap(), [1.0, -2.5]);
    assert_eq!(checkpoint.floats("brain", &[2]).unwrap(), [1.0, -2.5]);
    assert_eq!(checkpoint.floats("trained", &[1]).unwrap(), [0.25]);
    assert_eq!(checkpoint.read("steps").unwrap().to_integers().unwrap(), [7]);
    let error = |checkpoint: &mut TorchCheckpoint<_>, name: &str, shape: &[usize]| checkpoint.floats(name, shape).unwrap_err().to_string();
    assert_eq!(
        error(&mut checkpoint, "whole", &[6]),
        "the tensor whole is [2, 3], and [6] is needed"
    );
    assert_eq!(error(&mut checkpoint, "absent", &[6]), "the checkpoint has no tensor absent");
    assert_eq!(error(&mut checkpoint, "repeated", &[4]), "repeated is refused: its numbers overlap");
}

#[test]
fn other_files_are_not_taken_for_pytorch_s() {
    let refusal = |bytes: &[u8]| TorchCheckpoint::open(Cursor::new(bytes), &[]).err().unwrap().to_string();
    assert!(refusal(BEFORE_1_6).contains("PyTorch before 1.6"), "{}", refusal(BEFORE_1_6));
    assert!(refusal(ARRAYS).contains("no data.pkl"), "{}", refusal(ARRAYS));
    assert!(refusal(b"version https://git-lfs.github.com/spec/v1").contains("not a readable PyTorch checkpoint"));
}

#[test]
fn arrays_come_out_of_npz_files() {
    for bytes in [ARRAYS, COMPRESSED] {
        let mut npz = Npz::open(Cursor::new(bytes)).unwrap();
        assert_eq!(npz.read("pose").unwrap().to_doubles(), ramp(6));
        assert_eq!(npz.read("cam").unwrap().to_doubles(), ramp(6));
        assert_eq!(npz.read("swapped").unwrap().to_doubles(), ramp(3));
        assert_eq!(npz.read("one").unwrap().to_integers().unwrap(), [-3]);
        assert_eq!(npz.shape("cam").unwrap(), [2, 3]);
    }
    let refusal = Npz::open(Cursor::new(OBJECTS)).err().unwrap().to_string();
    assert_eq!(refusal, "names is refused: numbers of type \"O\" are not known");
}
