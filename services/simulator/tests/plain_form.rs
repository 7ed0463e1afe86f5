//! The quick lane of the reader takes what programs write: nearly all sound declarations of the simulator.

use std::path::Path;
use std::sync::Arc;

use jiff::civil::date;
use message::{Reading, read_plainly, read_strictly, write_declaration};
use rulebook::Rulebook;
use simulator::Workload;
use simulator::wild::Wild;

const DECLARATIONS: usize = 400;

#[test]
fn nearly_all_sound_declarations_are_of_the_plain_form() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rules");
    let rulebook = Arc::new(Rulebook::load(&folder).unwrap_or_else(|errors| panic!("{errors}")));
    let mut workload = Workload::new(20_261_128, rulebook.clone(), date(2026, 11, 23));
    let mut wild = Wild::new(20_261_128, &rulebook, 0, 1);
    let (mut sound, mut taken) = (0, 0);
    for number in 0..DECLARATIONS {
        let declaration = match number % 2 {
            0 => workload.declaration(None),
            _ => wild.specimen().declaration,
        };
        let document = write_declaration(&declaration);
        let Reading::Read { declaration, findings } = read_strictly(document.as_bytes()) else { continue };
        if findings.is_empty() {
            sound += 1;
            taken += usize::from(read_plainly(document.as_bytes()) == Some(declaration));
        }
    }
    assert!(sound > DECLARATIONS / 2, "{sound} of {DECLARATIONS} are sound");
    assert!(taken * 100 >= sound * 99, "{taken} of {sound} are taken");
}
