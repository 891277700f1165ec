//! What signals do between cells: spread, decay, leak, bind. Knows no cell.
